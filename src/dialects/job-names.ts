/** Names of the tools of the job-handle pattern. */
export const INITIATE = 'initiate_background_task';
export const RESOLVE = 'resolve_task_status';
export const ANSWER = 'answer_background_task';
export const CANCEL = 'cancel_background_task';
