"""How long what is kept, what holds it longer, and how it ends.

A record of a client ends as a whole: when the longest of the rules that its sites have adopted has run out, when nobody
holds it, and when two people have said so. The database looks at all of that again before it lets a row go
(`keeping.doors`). There is no other way to remove one.
"""
