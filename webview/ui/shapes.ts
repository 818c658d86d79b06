import type { FootprintPageState } from '../../src/protocol/pageProtocol.ts';
import type { PlannedJob } from '../../src/protocol/engineProtocol.ts';

export type Plan = PlannedJob['plan'];
export type PlannedChunk = Plan['chunks'][number];
export type NotPlanned = Plan['notPlanned'][number];
export type ClosedBy = PlannedChunk['closedBy'];
export type Figure = Plan['tokens'];
export type Snapshot = NonNullable<FootprintPageState['snapshot']>;
export type Footprint = Snapshot['footprint'];
export type FootprintRule = Footprint['rules'][number];
export type ColumnFootprint = Footprint['columns'][number];
export type SizeHistogram = NonNullable<ColumnFootprint['histogram']>;
export type RowSizes = NonNullable<Footprint['rowSizes']>;
