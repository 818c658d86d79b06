import { formatReaders } from '../datasets/formatReaders.ts';
import { mapLimited } from '../datasets/mapLimited.ts';
import { throwIfAborted } from '../errors.ts';
import { exactly } from '../model/figure.ts';
import type { Footprint } from '../profile/footprint.ts';
import { wholeFigures } from '../profile/measuredFigures.ts';
import { wholeRows } from '../profile/rowFigures.ts';
import { openFilePlaces } from './filePlaces.ts';
import { addParts, emptyPart, profileParts } from './profileColumns.ts';
import { measureLines, requestFigures } from './profileRequest.ts';
import type { ProfileSnapshot, Profiling } from './profiling.ts';

/** Of datasets up to this size every token is counted. */
const COUNT_ALL_BYTES = 4_000_000;
/** Texts whose tokens are counted where not all are: of a column, and of all columns. */
const COUNTED_TEXTS = 3000;
const COUNTED_OF_ALL_COLUMNS = 150_000;
/** About what one output of a worker covers on disk. */
const OUTPUT_BYTES = 16_000_000;
const SNAPSHOT_EVERY_MS = 250;
/** Files asked for their fragments at a time. */
const AT_ONCE = 8;

/** Reads everything; `shown` is the footprint until then. With `countAll` every token is counted, which takes longer than reading. */
export async function* profileWhole(
  profiling: Profiling,
  countAll: boolean,
  shown: Footprint,
): AsyncGenerator<ProfileSnapshot> {
  const { dataset, opened, deps, env, signal, columns, diskBytes } = profiling;
  const byFile = await mapLimited(dataset.files, AT_ONCE, (_, file) =>
    formatReaders[dataset.format].fragments(dataset, file, columns.paths, env, signal),
  );
  const fragments = byFile.flat();
  const outputs = Math.max(fragments.length, Math.ceil(diskBytes / OUTPUT_BYTES), 1);
  const ofColumn = Math.min(COUNTED_TEXTS, COUNTED_OF_ALL_COLUMNS / columns.paths.length);
  const some = Math.max(16, Math.ceil(ofColumn / outputs));
  const counted = countAll || diskBytes <= COUNT_ALL_BYTES ? 'all' : some;
  let sum = emptyPart(columns.paths.length);
  const places = openFilePlaces(dataset);
  let shownMs = deps.nowMs();
  for await (const part of profileParts(columns, dataset, fragments, counted, deps.pool, signal)) {
    places.reached(fragments[part.fragment]?.file ?? 0, sum.rows);
    sum = addParts(sum, part);
    profiling.addRead(part.readBytes);
    if (deps.nowMs() - shownMs < SNAPSHOT_EVERY_MS) continue;
    shownMs = deps.nowMs();
    yield { footprint: shown, doing: { what: 'columns', done: Math.min(sum.readBytes, diskBytes), total: diskBytes } };
  }
  throwIfAborted(signal);
  const rows = exactly(sum.rows);
  const figures = { rows, columns: wholeFigures(columns.dataset, profiling.base, sum.rows, sum.columns) };
  if (opened === null) {
    const largest = sum.rowSizes.largest.map(({ row, bytes }) => ({ key: null, ...places.of(row), bytes }));
    const rowFigures = wholeRows({ ...sum.rowSizes, largest });
    yield { footprint: profiling.footprint('exact', figures, { rowFigures, job: null }), doing: null };
    return;
  }
  const measured = profiling.footprint('exact', figures, null);
  yield { footprint: measured, doing: { what: 'lines', done: 0, total: sum.rows } };
  const lines = await measureLines(opened, profiling, signal);
  const job = await requestFigures(opened, lines, rows, figures.columns, deps.prices);
  yield { footprint: profiling.footprint('exact', figures, { rowFigures: lines.rows, job }), doing: null };
}
