export const FOOTPRINT_VIEW = 'tranche.footprint';
export const PLAN_VIEW = 'tranche.plan';
export const ROWS_VIEW = 'tranche.rows';
