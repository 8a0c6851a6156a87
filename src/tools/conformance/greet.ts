import { z } from 'zod';
import { createPlainTool, textResult } from './plain-tool.ts';

const schema = z.strictObject({ name: z.string().min(1).max(200).describe('Who is to be greeted.') });

/** Answers at once; never a task. */
export const greet = createPlainTool({
  name: 'greet',
  title: 'Greet',
  description: 'Greets somebody by name.',
  taskSupport: 'forbidden',
  schema,
  run: async ({ name }) => textResult(`Hello, ${name}!`),
});
