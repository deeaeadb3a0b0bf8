"""How a reader wants the pages: language, light or dark, data saver. Kept in the browser, not in an account."""
