import { runPage } from '../ui/runPage.ts';
import { createRowsPage } from './rowsPage.ts';
import { keptRowsView } from './rowsView.ts';

runPage('rows', keptRowsView, createRowsPage);
