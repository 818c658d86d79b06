export function renderVersion(): i32 { return 1; }
