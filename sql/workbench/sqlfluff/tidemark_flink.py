"""Adds to sqlfluff's Flink dialect what Flink 1.20 parses and the dialect of 4.5.0 does not.

Without it a file with one of these could not be linted at all. Each addition says what it takes; all are of the
documented grammar of Flink SQL. Remove what a later sqlfluff brings itself.
"""

from sqlfluff.core.parser import BaseSegment, Bracketed, Delimited, OneOf, Ref, Sequence
from sqlfluff.dialects.dialect_flink import IntervalExpressionSegment, flink_dialect



class IntervalUnitSegment(BaseSegment):
    """`SECOND(1, 3)`, with leading and fractional precision; a type of its own, so that no space is put before `(`."""

    type = "interval_unit"
    match_grammar = Sequence(
        Ref("DatetimeUnitSegment"),
        Bracketed(Delimited(Ref("NumericLiteralSegment")), optional=True),
    )


class DescriptorSegment(BaseSegment):
    """`DESCRIPTOR(event_time)`; a type of its own, so that no space is put before `(`."""

    type = "descriptor"
    match_grammar = Sequence("DESCRIPTOR", Bracketed(Ref("ColumnReferenceSegment")))


# INTERVAL '1 2' DAY TO HOUR
_unit = Ref("IntervalUnitSegment")
IntervalExpressionSegment.match_grammar = OneOf(
    Sequence("INTERVAL", Ref("QuotedLiteralSegment"), _unit, Sequence("TO", _unit, optional=True)),
    IntervalExpressionSegment.match_grammar,
)

# FLOOR(t TO MINUTE), CEIL(t TO HOUR)
_round_to_unit = Sequence(Ref("ExpressionSegment"), "TO", Ref("DatetimeUnitSegment"))

# JSON_VALUE(text, '$.path' RETURNING DOUBLE)
_returning = Sequence(Delimited(Ref("ExpressionSegment")), "RETURNING", Ref("DatatypeSegment"))

# TIMESTAMPADD(HOUR, 1, t)
_unit_first = Sequence(Ref("DatetimeUnitSegment"), Ref("CommaSegment"), Delimited(Ref("ExpressionSegment")))

flink_dialect.sets("unreserved_keywords").add("RETURNING")
flink_dialect.add(IntervalUnitSegment=IntervalUnitSegment)
flink_dialect.replace(
    DescriptorSegment=DescriptorSegment,
    FunctionContentsGrammar=OneOf(
        _round_to_unit,
        _returning,
        _unit_first,
        flink_dialect.get_grammar("FunctionContentsGrammar"),
    ),
    # TABLE(SESSION(TABLE t PARTITION BY symbol, DESCRIPTOR(event_time), INTERVAL '5' MINUTE))
    TableArgSegment=Sequence(
        "TABLE",
        Ref("TableReferenceSegment"),
        Sequence(
            "PARTITION",
            "BY",
            OneOf(Ref("ColumnReferenceSegment"), Bracketed(Delimited(Ref("ColumnReferenceSegment")))),
            optional=True,
        ),
    ),
)
