export function valueVersion(): i32 { return 1; }
