"""`credit.analyse_statement`: a company's statements read, computed and judged, each figure with its cell."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from app.core.skill import Ask, Context, Result, Slot, skill
from app.core.turn import Attachment, Chart
from skills.credit.catalogue import listed, period_in_words, plain, say
from skills.credit.charts import charts_of
from skills.credit.chosen_file import chosen_file, other_workbooks, result_name
from skills.credit.report import Analysis, report, signal_in_words
from skills.credit.result_file import XLSX, result_file
from skills.credit.workbook import read_statement


@skill("credit.analyse_statement", texts=say)
async def analyse_statement(ctx: Context, file: Annotated[str, Slot("file", ask="ask_file")]) -> Result | Ask:
    """Analyse an uploaded .xlsx of a company's balance sheet, income statement and cash flow statement: key figures,
    ratios, trend, DuPont, warning signs, charts. `file`: its name; empty for the latest upload. 分析财务报表。
    """
    chosen = chosen_file(ctx, file)
    if isinstance(chosen, Ask):
        return chosen
    text, data, charts, paper, analysis = await asyncio.to_thread(_analysed, chosen, await ctx.files.read(chosen.id))
    name = result_name(chosen)
    stored = await ctx.files.store(ctx.room, name, paper, XLSX, by=ctx.assistant)
    closing = [say("result_attached", name=plain(stored.name))]
    if others := other_workbooks(ctx, chosen):
        closing.append(say("others_there", files=listed([plain(one) for one in others[:5]])))
    return Result("\n\n".join([text, *closing]), data, analysis.citations, (stored,), charts)


def _analysed(file: Attachment, content: bytes) -> tuple[str, dict[str, Any], tuple[Chart, ...], bytes, Analysis]:
    """Everything that takes time: runs in a thread."""
    analysis = Analysis(read_statement(content, file.name), file)
    return report(analysis), data_of(analysis), charts_of(analysis), result_file(analysis), analysis


def data_of(analysis: Analysis) -> dict[str, Any]:
    """The analysis for programs: JSON with amounts and ratios as decimal text, amounts in whole currency units."""
    statement = analysis.statement
    return {
        "file": statement.file,
        "company": statement.company,
        "currency": statement.unit.currency,
        "periods": [period_in_words(period) for period in statement.periods],
        "figures": [
            {"item": one.item, "period": period_in_words(one.period), "value": f"{one.value:f}", "cell": one.cell}
            for one in statement.figures.values()
        ],
        "ratios": [
            {
                "ratio": one.ratio.key,
                "period": period_in_words(one.period),
                "value": None if one.value is None else f"{one.value:.8f}",
                "cells": [figure.cell for figure in one.term.figures] if one.term else [],
                "substitutions": list(one.term.substitutions) if one.term else [],
            }
            for row in (*analysis.readings.values(), analysis.dupont[2])
            for one in row
        ],
        "signals": [
            {
                "signal": sign.key,
                "weight": sign.weight,
                "period": period_in_words(sign.period),
                "text": signal_in_words(sign, statement),
                "cells": [figure.cell for figure in sign.figures],
            }
            for sign in analysis.signals
        ],
    }
