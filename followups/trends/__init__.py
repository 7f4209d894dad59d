"""What happened often, for supervisors and the organisation: counted by the month, shown by the quarter, about nobody.

`facts` says what each departure counts as, `aggregates` keeps the counts up to date, `suppression` decides what may be
seen of them, `releases` lets it out once a quarter is over, and `shown` adds up what was let out for a page, a picture,
a sentence and a file. Pages never read the counts themselves: whatever is shown is a sum of what was released.
"""
