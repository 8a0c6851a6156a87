/**
 * A value in the making. What is made for every message is filled in field by field: spreading what may be absent into a literal
 * costs more than all the rest of it.
 */
export type Draft<Value> = { -readonly [Key in keyof Value]: Value[Key] };
