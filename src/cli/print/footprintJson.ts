import type { ColumnFootprint, Footprint } from '../../core/profile/footprint.ts';
import { costJson } from './planJson.ts';

function columnJson(column: ColumnFootprint): object {
  const { name, type, disk, arrow, nulls, text, rendered, tokens, pandas, spark, used } = column;
  return {
    name,
    type,
    disk,
    arrow,
    nulls,
    text: text && { p50: text.p50, p90: text.p90, p99: text.p99, max: text.max },
    rendered,
    tokens,
    pandas,
    spark,
    used,
  };
}

/** What `tranche profile --json` prints: the keys scripts rely on first. */
export function footprintJson(footprint: Footprint): object {
  const { uri, format, files, rows, columns, bytes, tokens, cost, read, stage, request } = footprint;
  const { rowSizes, largestRows, rules, warnings } = footprint;
  const { disk, arrow, pandas, spark, rendered, pandasArrow } = bytes;
  return {
    uri,
    format,
    files,
    rows,
    columns: columns.map(columnJson),
    bytes: { disk, arrow, pandas, spark, rendered, pandasArrow },
    tokens,
    cost: request === null ? cost : costJson(request.cost),
    read,
    stage,
    request: request && { job: request.job, requests: request.requests },
    rowSizes: rowSizes && { p50: rowSizes.p50, p90: rowSizes.p90, p99: rowSizes.p99, max: rowSizes.max },
    largestRows,
    rules: rules.map(({ text }) => text),
    warnings,
  };
}
