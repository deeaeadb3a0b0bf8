"""What the demo Kupang holds, as plain values: no database, no clock, no randomness.

Everything here is invented. The words are Indonesian (shown with lang="id") and are not translated.
Talk is in obrolan/*.md so that a reader who speaks Kupang Malay can correct it without touching Python.
"""
