/** What an agent has to know of a tool whose result comes later, in the order in which it needs it. */
export function describeTool(parts: { readonly purpose: string; readonly repeat: string }): string {
  return [
    parts.purpose,
    'Returns now: a receipt with the id of a task. Returns later: the result, fetched with that id; it continues this call, whatever else was done meanwhile. Called without tasks, it answers with the result itself.',
    'States: queued, running, input_required, and the final ones: completed, failed, cancelled. A final state and its result never change.',
    `Repeating: the same idempotency_key with the same arguments gives the same task; with other arguments it is refused. ${parts.repeat}`,
    'Failures: timed out (after max_wait_seconds, 120 by default), interrupted by a restart, cancelled, expired (an unknown id), refused because the queue is full (come again later), or isError in the result when the work itself failed.',
    'Partners: tasks/get reads the state, tasks/update answers what the work asks and tasks/cancel stops it; where calls return a task_ref, resolve_task_status, answer_background_task and cancel_background_task do.',
    'Poll every 500 ms unless the receipt says otherwise. Results are kept for 24 hours from the call unless the receipt says otherwise.',
  ].join('\n');
}
