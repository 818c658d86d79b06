export const FOOTPRINT_VIEW = 'tranche.footprint';
export const PLAN_VIEW = 'tranche.plan';
