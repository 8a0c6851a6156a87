import type { JsonMap } from '../../model/evaluation/instance.ts';
import { jsonMap } from '../../model/evaluation/json-schema.ts';

/** What these data sets call the types of JSON Schema; what is not here (any, unions in words) says nothing of the type. */
const TYPES: Readonly<Record<string, string>> = {
  dict: 'object',
  object: 'object',
  float: 'number',
  double: 'number',
  number: 'number',
  int: 'integer',
  integer: 'integer',
  str: 'string',
  string: 'string',
  bool: 'boolean',
  boolean: 'boolean',
  list: 'array',
  tuple: 'array',
  array: 'array',
};

/** Descriptions of arguments as JSON Schema: description, type and allowed values. */
export function schemaFields(fields: Readonly<Record<string, JsonMap>>): Record<string, JsonMap> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { description, type, enum: values, items }]) => {
      const known = typeof type === 'string' ? TYPES[type.toLowerCase()] : undefined;
      const inner = jsonMap.safeParse(items);
      return [
        name,
        {
          ...(typeof description === 'string' && { description }),
          ...(known !== undefined && { type: known }),
          ...(Array.isArray(values) && { enum: values }),
          ...(known === 'array' && inner.success && { items: itemsOf(inner.data) }),
        },
      ];
    }),
  );
}

function itemsOf({ type }: JsonMap): JsonMap {
  const known = typeof type === 'string' ? TYPES[type.toLowerCase()] : undefined;
  return known === undefined ? {} : { type: known };
}
