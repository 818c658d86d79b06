import { runPage } from '../ui/runPage.ts';
import { createFootprintPage } from './footprintPage.ts';
import { keptFootprintView } from './footprintView.ts';

runPage('footprint', keptFootprintView, createFootprintPage);
