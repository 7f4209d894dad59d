"""Handing a departure on to a health record: FHIR R4 and R5, as files that a person downloads. Nothing is sent.

Plain dictionaries, one module for each resource. Only the chart leaves: the signed report with its addenda, the plan
and, where somebody asks for them, the attempts to reach the client. No module here reads reviews, how the author was,
private notes, or what was kept private.

What the two versions call differently stands beside each other in the module of the resource. R4 means 4.0.1; for
every element written here 4.3.0 (R4B) says the same.
"""
