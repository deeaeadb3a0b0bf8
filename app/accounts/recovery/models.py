"""Getting back into an account: by a link, by a code, by recovery codes, or with the desk's help."""
