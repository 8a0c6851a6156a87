import type { InputMethod, InputRequest } from './task.ts';

/** JSON-RPC code of revision 2026-07-28: the work needs what its caller did not declare that it can do. */
export const MISSING_CLIENT_CAPABILITY = -32_021;

/** Questions by their keys, as the protocol carries several of them. */
export type InputRequests = Readonly<Record<string, InputRequest>>;

const CAPABILITIES: Readonly<Record<InputMethod, Readonly<Record<string, unknown>>>> = {
  'elicitation/create': { elicitation: { form: {} } },
  'sampling/createMessage': { sampling: {} },
};

/** Those of the questions' methods that the caller cannot answer. */
export function unanswerable(questions: InputRequests, answerable: readonly InputMethod[]): readonly InputMethod[] {
  const methods = new Set(Object.values(questions).map(({ method }) => method));
  return [...methods].filter((method) => !answerable.includes(method));
}

/** What a caller has to declare to be asked in these ways, in the shape of its capabilities. */
export function requiredCapabilities(methods: readonly InputMethod[]): Readonly<Record<string, unknown>> {
  return Object.assign({}, ...methods.map((method) => CAPABILITIES[method]));
}
