"""What people are paid on, and how: plans, their components, and the catalogue of measures.

To add a component, write its terms in `components.py` and name it in `plan.py`; to add a measure,
an entry in `measures.yaml`. That is all.
"""
