import { z } from 'zod';
import type { JsonObjectSchema } from './tool.ts';

/** The JSON Schema that clients see, made from the schema that checks what they send. */
export function jsonSchemaOf(schema: z.ZodObject): JsonObjectSchema {
  const { properties = {}, required } = z.toJSONSchema(schema, { io: 'input' });
  return { type: 'object', properties, ...(required && { required }), additionalProperties: false };
}

export type Parsed<Schema extends z.ZodObject> =
  | { readonly ok: true; readonly value: z.output<Schema> }
  | { readonly ok: false; readonly message: string };

/** Everything that is wrong with the arguments in one sentence, each part with its path. */
export function parseWith<Schema extends z.ZodObject>(schema: Schema, args: unknown): Parsed<Schema> {
  const parsed = schema.safeParse(args);
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems = parsed.error.issues.map((issue) => {
    const path = ['arguments', ...issue.path.map(String)].join('.');
    return `${path}: ${issue.message}`;
  });
  return { ok: false, message: `${problems.join('; ')}.` };
}
