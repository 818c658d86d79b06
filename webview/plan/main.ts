import { runPage } from '../ui/runPage.ts';
import { createPlanPage } from './planPage.ts';
import { keptPlanView } from './planView.ts';

runPage('plan', keptPlanView, createPlanPage);
