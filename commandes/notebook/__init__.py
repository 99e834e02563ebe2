"""Free analyses: SQL that people write, run shut in on a copy without personal data.

`desk.Desk` is the door. The copy is made by `copying`, its tables are told in words by
`documented`; `child` is the process that runs the SQL, after `allowed` has read it.
"""
