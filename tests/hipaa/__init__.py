"""HIPAA's technical safeguards, 45 CFR 164.312: one file for each citation, each with one telling story.

What each citation means is said in our own words; the text is at https://www.ecfr.gov/current/title-45/section-164.312.
What the law calls addressable is treated as required. The stories are short: the whole of each promise is tested in the
files that config/security/asvs.csv names.
"""
