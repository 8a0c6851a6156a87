import { z } from 'zod';
import type { InputRequests } from '../../tasks/input-methods.ts';
import type { InputRequest } from '../../tasks/task.ts';
import { createPlainTool, textResult } from './plain-tool.ts';

const nothing = z.strictObject({});
const file = z.strictObject({ filename: z.string().min(1).max(200).describe('The file. Nothing is deleted.') });

const confirmation = z.looseObject({
  action: z.string(),
  content: z.looseObject({ confirm: z.boolean().optional() }).nullish(),
});
const naming = z.looseObject({
  action: z.string(),
  content: z.looseObject({ name: z.string().optional() }).nullish(),
});

/** Asks one question while it is a task. */
export const confirmDelete = createPlainTool({
  name: 'confirm_delete',
  title: 'Confirm a deletion',
  description: 'Asks whether a file may be deleted, and says what was answered; deletes nothing.',
  schema: file,
  questions: (args) => ({ first: {}, later: confirmationOf(file.parse(args).filename) }),
  async run({ filename }, context) {
    const { confirm } = await context.ask(confirmationOf(filename));
    const { action, content } = confirmation.parse(confirm);
    const isConfirmed = action === 'accept' && content?.confirm === true;
    return textResult(`${isConfirmed ? 'Confirmed' : 'Not confirmed'}: ${filename}`);
  },
});

/** Asks two questions at once, which may be answered one at a time. */
export const multiInput = createPlainTool({
  name: 'multi_input',
  title: 'Ask two things',
  description: 'Asks for two names at once and returns both.',
  schema: nothing,
  questions: () => ({ first: {}, later: TWO_NAMES }),
  async run(_args, context) {
    const answers = await context.ask(TWO_NAMES);
    return textResult(
      Object.keys(TWO_NAMES)
        .map((key) => `${key}: ${nameIn(answers[key])}`)
        .join(', '),
    );
  },
});

/** Asks before there is a task, and is a task from the answer on. */
export const testToolWithTask = createPlainTool({
  name: 'test_tool_with_task',
  title: 'Ask first, then work',
  description: 'Asks for a name before it begins, then greets by it in a task.',
  taskSupport: 'required',
  schema: nothing,
  questions: () => ({ first: ONE_NAME, later: {} }),
  async run(_args, context) {
    const { user_name: answer } = await context.ask(ONE_NAME);
    return textResult(`Hello, ${nameIn(answer)}!`);
  },
});

const ONE_NAME: InputRequests = { user_name: nameQuestion('What is your name?') };
const TWO_NAMES: InputRequests = {
  first_name: nameQuestion('What is the first name?'),
  second_name: nameQuestion('What is the second name?'),
};

function nameIn(answer: unknown): string {
  const { action, content } = naming.parse(answer);
  return action === 'accept' ? (content?.name ?? 'nobody') : 'nobody';
}

function nameQuestion(message: string): InputRequest {
  return question(message, { name: { type: 'string', title: 'Name' } });
}

function confirmationOf(filename: string): InputRequests {
  const properties = { confirm: { type: 'boolean', title: 'Delete it' } };
  return { confirm: question(`May ${filename} be deleted?`, properties) };
}

function question(message: string, properties: Readonly<Record<string, unknown>>): InputRequest {
  const requestedSchema = { type: 'object', properties, required: Object.keys(properties) };
  return { method: 'elicitation/create', params: { mode: 'form', message, requestedSchema } };
}
