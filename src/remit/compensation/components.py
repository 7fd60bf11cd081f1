"""Every kind of component that a comp plan may have."""

from remit.compensation.bonus import Bonus
from remit.compensation.commission import Commission
from remit.compensation.matrix import Matrix
from remit.compensation.objectives import Objectives
from remit.compensation.spif import Spif

AnyComponent = Commission | Bonus | Matrix | Objectives | Spif


def pays_on(component: AnyComponent) -> tuple[str, ...]:
    """The measures a component pays on, as the plan names them.

    >>> pays_on(Spif(kind="spif", pays_on="new_arr", each=500,
    ...              **{"from": "2026-01-01", "to": "2026-03-31"}))
    ('new_arr',)
    """
    if isinstance(component, Objectives):
        return ()
    if isinstance(component, Matrix):
        return component.rows.measure, component.columns.measure
    return (component.pays_on,)
