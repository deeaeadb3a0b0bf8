"""The register of leaks of data, and the letters that the law asks for."""
