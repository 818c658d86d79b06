export function parquetVersion(): i32 { return 1; }
