/** Tasks of revision 2025-11-25 (SEP-1686), what can be held against an implementation. */
import { BOTH, CLIENT_DUTY, HTTP_ONLY, type Requirement, type Section } from '../requirement.ts';

const REVISION = 'https://modelcontextprotocol.io/specification/2025-11-25/basic';

const tasks = (name: string, anchor: string): Section => ({
  name: `Tasks, ${name}`,
  url: `${REVISION}/utilities/tasks#${anchor}`,
});

const CAPABILITIES = tasks('Capability Negotiation', 'capability-negotiation');
const TOOL_LEVEL = tasks('Tool-Level Negotiation', 'tool-level-negotiation');
const SUPPORT = tasks('Task Support and Handling', 'task-support-and-handling');
const IDS = tasks('Task ID Requirements', 'task-id-requirements');
const STATUS = tasks('Task Status Lifecycle', 'task-status-lifecycle');
const INPUT = tasks('Input Required Status', 'input-required-status');
const TTL = tasks('TTL and Resource Management', 'ttl-and-resource-management');
const POLLING = tasks('Getting Tasks', 'getting-tasks');
const RESULT = tasks('Result Retrieval', 'result-retrieval');
const RELATED = tasks('Associating Task-Related Messages', 'associating-task-related-messages');
const NOTICES = tasks('Task Notifications', 'task-notifications');
const TASK_PROGRESS = tasks('Task Progress Notifications', 'task-progress-notifications');
const LISTING = tasks('Task Listing', 'task-listing');
const CANCEL = tasks('Task Cancellation', 'task-cancellation');
const PROTOCOL_ERRORS = tasks('Protocol Errors', 'protocol-errors');
const EXECUTION_ERRORS = tasks('Task Execution Errors', 'task-execution-errors');
const ISOLATION = tasks('Task Isolation and Access Control', 'task-isolation-and-access-control');
const RESOURCES = tasks('Resource Management', 'resource-management');
const PROGRESS: Section = { name: 'Progress', url: `${REVISION}/utilities/progress` };
const CANCELLATION: Section = { name: 'Cancellation', url: `${REVISION}/utilities/cancellation` };
const SENDING: Section = { name: 'Transports, Streamable HTTP', url: `${REVISION}/transports#streamable-http` };
const SESSIONS: Section = { name: 'Transports, Session Management', url: `${REVISION}/transports#session-management` };

/** `unseen`: why no probe shows it. */
interface More {
  readonly unseen?: string;
  readonly transports?: Requirement['transports'];
}

const line =
  (level: Requirement['level'], subject: Requirement['subject']) =>
  (id: string, title: string, section: Section, { unseen, transports = BOTH }: More = {}): Requirement => {
    const why = unseen ?? (subject === 'client' ? CLIENT_DUTY : undefined);
    return { id, title, level, subject, section, transports, ...(why === undefined ? {} : { unseen: why }) };
  };

const must = line('must', 'server');
const should = line('should', 'server');
const clientMust = line('must', 'client');
const clientShould = line('should', 'client');

const NO_LIMIT_NAMED = 'how many requests are too many is the server’s own choice, so no number of them shows a fault';

export const legacyRequirements: readonly Requirement[] = [
  must('2025-01', 'A server that takes tasks says so in its answer to initialize.', CAPABILITIES),
  clientShould('2025-02', 'A client asks for a task only with requests that the server declared.', CAPABILITIES),
  clientMust('2025-03', 'A client asks for no task where tools/call is not among the declared requests.', TOOL_LEVEL),
  must('2025-04', 'A request that cannot be a task is answered as ever, with params.task ignored.', SUPPORT),
  should('2025-05', 'A tool that cannot be a task refuses params.task with -32601.', TOOL_LEVEL),
  must('2025-06', 'A tool that must be a task refuses a call without params.task with -32601.', TOOL_LEVEL),
  must('2025-07', 'A call that was accepted as a task is answered with the task, nested under "task".', SUPPORT),
  should('2025-08', 'The task is there at once, not when the work is done.', SUPPORT),
  must('2025-09', 'A task id is text.', IDS),
  must('2025-10', 'Task ids are made by the server, whatever the client sends.', IDS),
  must('2025-11', 'No two tasks have the same id.', IDS),
  must('2025-12', 'A task begins in the status "working".', STATUS),
  must('2025-13', 'Every answer that shows a task has createdAt, in ISO 8601.', SUPPORT),
  must('2025-14', 'Every answer that shows a task has lastUpdatedAt, in ISO 8601.', SUPPORT),
  must('2025-15', 'tasks/get says how long the task is really kept: a ttl that holds, or null.', TTL),
  must('2025-16', 'A status changes only as the life of a task allows.', STATUS),
  must('2025-17', 'A task that has ended stays as it ended.', STATUS),
  must('2025-18', 'A cancelled task stays cancelled, also when its work comes to an end later.', CANCEL),
  should('2025-19', 'A failed task says in its statusMessage what went wrong.', EXECUTION_ERRORS),
  should('2025-20', 'Work that ended with isError is failed.', EXECUTION_ERRORS),
  clientShould('2025-21', 'A client polls no more often than pollInterval says.', POLLING),
  clientShould('2025-22', 'A client polls until the task has ended or asks, also while tasks/result is open.', POLLING),
  should('2025-23', 'tasks/get is answered as plain JSON, without a stream.', POLLING, { transports: HTTP_ONLY }),
  clientMust('2025-24', 'A client does not rely on notifications of the status.', NOTICES),
  must('2025-25', 'tasks/result of a task that has ended gives its result or its error.', RESULT),
  must('2025-26', 'tasks/result waits until the task has ended.', RESULT),
  must('2025-27', 'tasks/result gives what the call itself would have given, each time it is asked.', RESULT),
  must('2025-28', 'Where the call itself would be a JSON-RPC error, tasks/result is the same error.', RESULT),
  must('2025-29', 'The answer of tasks/result names its task in _meta.', RESULT),
  must('2025-30', 'Whatever is sent on behalf of a task names it in _meta.', RELATED),
  should('2025-31', 'tasks/get, tasks/list and tasks/cancel need no name of the task in _meta.', RELATED),
  should('2025-32', 'Notifications of the status need no name of the task in _meta.', RELATED),
  must('2025-33', 'params.taskId decides which task is meant, whatever _meta says.', RELATED),
  should('2025-34', 'A task that needs an answer of its client says input_required.', INPUT),
  must('2025-35', 'What a task asks its client names the task in _meta.', INPUT),
  clientShould('2025-36', 'A client that sees input_required calls tasks/result.', INPUT),
  should('2025-37', 'A task that has all its answers leaves input_required.', INPUT),
  must('2025-38', 'Progress carries the token of the original call for the whole life of the task.', PROGRESS),
  must('2025-39', 'No progress comes after the end of a task.', TASK_PROGRESS),
  should('2025-40', 'tasks/list gives many tasks in pages.', LISTING),
  must('2025-41', 'A page that is not the last has a nextCursor.', LISTING),
  clientMust('2025-42', 'A client sends cursors back as they came.', LISTING),
  must('2025-43', 'A task that a client can read stands in its list.', LISTING),
  must('2025-44', 'A cursor that is none is refused with -32602.', PROTOCOL_ERRORS),
  clientMust('2025-45', 'A client cancels a task with tasks/cancel, not with notifications/cancelled.', CANCELLATION),
  must('2025-46', 'tasks/cancel of a task that has ended is refused with -32602.', CANCEL),
  must('2025-47', 'A task is cancelled before tasks/cancel is answered.', CANCEL),
  should('2025-48', 'A cancel stops the work.', CANCEL),
  must('2025-49', 'An id that is unknown, no longer known or none is refused with -32602.', PROTOCOL_ERRORS),
  must('2025-50', 'A task belongs to who asked for it; nobody else reads, fetches, cancels or lists it.', ISOLATION),
  must('2025-51', 'Task ids cannot be guessed.', ISOLATION),
  should('2025-52', 'A server that cannot tell its clients apart lists no tasks.', ISOLATION),
  should('2025-53', 'Task operations are limited in rate.', ISOLATION, { unseen: NO_LIMIT_NAMED }),
  should('2025-54', 'There is a longest ttl, whatever is asked for.', RESOURCES),
  should('2025-55', 'A connection that breaks cancels nothing.', SENDING, { transports: HTTP_ONLY }),
  must('2025-56', 'A session that is not known is answered with HTTP 404.', SESSIONS, { transports: HTTP_ONLY }),
];
