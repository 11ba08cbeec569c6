"""The structure message that goes with ``observations.csv`` in SDMX: data flow, data structure, concepts, code lists.

It is SDMX-ML 2.1, written by the library sdmx1.
"""

from typing import Any

import sdmx
from sdmx.message import Header, StructureMessage
from sdmx.model import v21 as model

from edstats.codebook import read_rows
from edstats.dataset import Dataset
from edstats.exports.description import ABSTRACT, LIMITS, TITLE, citation, prepared
from edstats.exports.sdmx_codes import Code, Component, codelists, components

AGENCY, VERSION, FLOW = "EDSTATS", "1.0", "OBSERVATIONS"
# Of an annotation that holds the text of a table for which a code stands, where the code is another.
TEXT_OF_CODE = "EDSTATS_TEXT"
_VALUE_TYPES = {
    "dimension": "string",
    "time": "observationalTimePeriod",
    "measure": "double",
    "number": "double",
    "date": "gregorianDay",
    "text": "string",
}


def structure_message(dataset: Dataset) -> bytes:
    """The structure of the data set's observations as SDMX-ML."""
    agency = model.Agency(id=AGENCY)
    concepts = model.ConceptScheme(id="CONCEPTS", name="Concepts of edstats", **_maintained(agency))
    lists = {name: _codelist(name, codes, agency) for name, codes in codelists(dataset).items()}
    structure = _data_structure(concepts, lists, agency)
    flow = model.DataflowDefinition(
        id=FLOW,
        name=TITLE,
        description="\n\n".join((ABSTRACT, *LIMITS, f"Cite as: {citation(dataset.as_of)}")),
        structure=structure,
        **_maintained(agency),
    )
    header = Header(id=f"{AGENCY}-{dataset.as_of}", prepared=prepared(dataset.as_of), sender=agency)
    message = StructureMessage(header=header)
    for each in (flow, *lists.values(), concepts, structure):
        message.add(each)
    return bytes(sdmx.to_xml(message, pretty_print=True))


def _maintained(agency: model.Agency) -> dict[str, Any]:
    # Not final: places, programmes and sources come with the data.
    return {"version": VERSION, "maintainer": agency, "is_final": False, "is_external_reference": False}


def _codelist(name: str, codes: tuple[Code, ...], agency: model.Agency) -> model.Codelist:
    of_columns = [component.names for component in components() if component.codelist == name]
    found = model.Codelist(id=name, name=of_columns[0], **_maintained(agency))
    for code in codes:
        item = model.Code(id=code.id, name=code.names, description=code.description or None)
        if code.text not in ("", code.id):
            item.annotations.append(model.Annotation(id=TEXT_OF_CODE, title=code.text))
        found.append(item)
    return found


def _data_structure(
    concepts: model.ConceptScheme, lists: dict[str, model.Codelist], agency: model.Agency
) -> model.DataStructureDefinition:
    structure = model.DataStructureDefinition(
        id=f"DSD_{FLOW}",
        name="Observations of edstats",
        dimensions=model.DimensionDescriptor(id="DimensionDescriptor"),
        attributes=model.AttributeDescriptor(id="AttributeDescriptor"),
        measures=model.MeasureDescriptor(id="MeasureDescriptor"),
        **_maintained(agency),
    )
    descriptions = {
        name: description
        for table, name, description in read_rows("columns", "table", "column", "description")
        if table == "observations"
    }
    for component in components():
        concept = model.Concept(id=component.id, name=component.names, description=descriptions[component.column])
        concepts.append(concept)
        _add(structure, component, concept, _representation(component, lists))
    return structure


def _add(
    structure: model.DataStructureDefinition,
    component: Component,
    concept: model.Concept,
    representation: model.Representation,
) -> None:
    described = {"id": component.id, "concept_identity": concept, "local_representation": representation}
    if component.is_key:
        kind = model.TimeDimension if component.role == "time" else model.Dimension
        structure.dimensions.append(kind(**described, order=len(structure.dimensions) + 1))
    elif component.role == "measure":
        structure.measures.append(model.PrimaryMeasure(**described))
    else:
        attribute = model.DataAttribute(
            **described, related_to=model.PrimaryMeasureRelationship(), usage_status=model.UsageStatus.conditional
        )
        structure.attributes.append(attribute)


def _representation(component: Component, lists: dict[str, model.Codelist]) -> model.Representation:
    if component.codelist:
        return model.Representation(enumerated=lists[component.codelist])
    value_type = model.FacetValueType[_VALUE_TYPES[component.role]]
    return model.Representation(non_enumerated=[model.Facet(value_type=value_type)])
