import type { FootprintPageState } from '../../src/protocol/pageProtocol.ts';
import { button, progressRing } from '../ui/controls.ts';
import { figureText } from '../ui/figureText.ts';
import { h, type Child, type VNode } from '../ui/h.ts';
import type { Footprint, Snapshot } from '../ui/shapes.ts';
import { bytesText, countText } from '../../src/protocol/numberTexts.ts';
import { pageHeader, type Act } from '../ui/pageHeader.ts';
import { secondsText } from '../ui/units.ts';
import { FOOTPRINT } from './strings.ts';

function rowsText({ rows }: Footprint): string {
  if (rows.known === 'unknown') return FOOTPRINT.rowsUnknown;
  const { value, how } = figureText(rows, countText);
  const said = FOOTPRINT.rows(value, rows.value);
  return rows.known === 'exact' ? said : `${said} ${how}`;
}

/** Text formats are read again for their lines, so more may be read than there is. */
function readText({ read, bytes }: Footprint): string {
  const [all, seconds] = [bytesText(bytes.disk.value), secondsText(read.seconds)];
  return read.bytes > bytes.disk.value
    ? FOOTPRINT.readAll(all, seconds)
    : FOOTPRINT.read(bytesText(read.bytes), all, seconds);
}

function lineOf({ state, snapshot, where, jobName }: FootprintPageState): Child {
  const place = h('bdi', { key: 'where' }, where);
  if (snapshot === null) return place;
  const { footprint } = snapshot;
  const { format, files } = footprint;
  const parts = [
    `${FOOTPRINT.formats[format]}, ${FOOTPRINT.files(files)}`,
    rowsText(footprint),
    ...(state === 'reading' ? [] : [readText(footprint)]),
    ...(jobName === null ? [] : [FOOTPRINT.forJob(jobName)]),
  ];
  return [place, ` · ${parts.join(' · ')}`];
}

function buttonsOf({ state, snapshot }: FootprintPageState, act: Act): Child {
  const rows = button({ key: 'rows', text: FOOTPRINT.rowsButton, onPress: () => act({ do: 'rows' }) });
  const planJob = button({
    key: 'planJob',
    text: FOOTPRINT.planJob,
    primary: true,
    onPress: () => act({ do: 'planJob' }),
  });
  if (state === 'reading') {
    const cancel = button({ key: 'cancel', text: FOOTPRINT.cancel, onPress: () => act({ do: 'cancel' }) });
    return [cancel, snapshot === null ? null : planJob];
  }
  if (state === 'failed' && snapshot === null) return null;
  const measure = button({
    key: 'exact',
    text: FOOTPRINT.measure,
    title: FOOTPRINT.measureHint,
    onPress: () => act({ do: 'exact' }),
  });
  const isExact = state === 'done' && snapshot?.footprint.stage === 'exact';
  return [isExact ? null : measure, rows, planJob];
}

function doingText(doing: Snapshot['doing'] | undefined): string {
  if (doing === null || doing === undefined) return FOOTPRINT.reading;
  const { what, done, total } = doing;
  if (what === 'lines') return FOOTPRINT.readingLines(done, total);
  return FOOTPRINT.readingColumns(bytesText(done), total === null ? null : bytesText(total));
}

function progressBar(doing: Snapshot['doing'] | undefined): VNode | null {
  const total = doing?.total ?? null;
  if (doing === null || doing === undefined || total === null || total <= 0) return null;
  const percent = Math.round(100 * Math.min(1, doing.done / total));
  const attributes = {
    class: 'progress',
    role: 'progressbar',
    'aria-label': FOOTPRINT.progress,
    'aria-valuemin': 0,
    'aria-valuemax': 100,
    'aria-valuenow': percent,
  };
  return h('div', attributes, h('div', { class: 'done', style: { width: `${percent}%` } }));
}

/** What a page says while it reads. */
export function readingText({ snapshot }: FootprintPageState): string {
  return doingText(snapshot?.doing);
}

/** What is weighed, where it lies, how much was read, and what can be done with it. */
export function footprintHeader(state: FootprintPageState, act: Act): VNode {
  const isReading = state.state === 'reading';
  const working = h(
    'p',
    { key: 'working', class: 'working' },
    progressRing(),
    h('span', {}, readingText(state)),
    progressBar(state.snapshot?.doing),
  );
  return pageHeader({
    title: state.title,
    line: lineOf(state),
    buttons: buttonsOf(state, act),
    working: isReading ? working : null,
  });
}
