"""What people are paid on, and how: plans, their components, and the catalogue of measures.

A component is a file: what a plan may say of it, and what it earns. To add one, write its file and
name it in `components.py` and `plan.py`; to add a measure, an entry in `measures.yaml`.
That is all.
"""
