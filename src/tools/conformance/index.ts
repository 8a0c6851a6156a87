/**
 * The tools that the official conformance suite of MCP calls in its scenarios for tasks, under the names and with the arguments
 * it uses. To add one: write it in this folder and add one line here.
 */
import type { Tool } from '../tool.ts';
import { confirmDelete, multiInput, testToolWithTask } from './asking.ts';
import { failingJob, protocolErrorJob } from './failing.ts';
import { greet } from './greet.ts';
import { slowCompute } from './slow-compute.ts';

export const CONFORMANCE_TOOLS: Readonly<Record<string, Tool>> = {
  greet,
  slow_compute: slowCompute,
  failing_job: failingJob,
  protocol_error_job: protocolErrorJob,
  confirm_delete: confirmDelete,
  multi_input: multiInput,
  test_tool_with_task: testToolWithTask,
};
