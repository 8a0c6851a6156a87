import { z } from 'zod';
import { RpcFailure } from '../../tasks/rpc-failure.ts';
import { createPlainTool, textResult } from './plain-tool.ts';

const schema = z.strictObject({});
const FAILS_AFTER_MS = 1_000; // Long enough for a client to see it working.
const JOB_FAILED = 1_002; // Outside the range JSON-RPC reserves for itself.

/** Runs, and says that it failed. Can only be called as a task. */
export const failingJob = createPlainTool({
  name: 'failing_job',
  title: 'Failing job',
  description: 'Works for a second, then ends with isError.',
  taskSupport: 'required',
  schema,
  async run(_args, context) {
    await context.sleep(FAILS_AFTER_MS);
    return { isError: true, ...textResult('The job failed, as it always does') };
  },
});

/** Ends with a JSON-RPC error in place of a result. */
export const protocolErrorJob = createPlainTool({
  name: 'protocol_error_job',
  title: 'Job that ends with a protocol error',
  description: 'Ends with a JSON-RPC error.',
  schema,
  async run() {
    throw new RpcFailure({ code: JOB_FAILED, message: 'The job ended with a protocol error, as it always does' });
  },
});
