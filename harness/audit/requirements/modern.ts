/** Tasks of revision 2026-07-28 (extension io.modelcontextprotocol/tasks), what can be held against an implementation. */
import { BOTH, CLIENT_DUTY, HTTP_ONLY, type Requirement, type Section } from '../requirement.ts';

const TASKS = 'https://github.com/modelcontextprotocol/ext-tasks/blob/main/specification/2026-07-28/tasks.md';
const CORE = 'https://modelcontextprotocol.io/specification/2026-07-28';
const SEP = 'https://modelcontextprotocol.io/seps/2663-tasks-extension';

const tasks = (name: string, anchor: string): Section => ({ name: `Tasks, ${name}`, url: `${TASKS}#${anchor}` });

const NEGOTIATION = tasks('Capability Negotiation', 'capability-negotiation');
const POLYMORPHIC = tasks('Polymorphic Results', 'polymorphic-results');
const TASK = tasks('Tasks', 'tasks-1');
const STATUS = tasks('Task Status', 'task-status');
const CREATION = tasks('Task Creation', 'task-creation');
const POLLING = tasks('Task Polling', 'task-polling');
const UPDATE = tasks('Task Update Requests', 'task-update-requests');
const CANCEL = tasks('Task Cancellation', 'task-cancellation');
const NOTIFICATIONS = tasks('Task Status Notifications', 'task-status-notifications');
const ROUTING = tasks('Streamable HTTP: Routing Headers', 'streamable-http-routing-headers');
const PROTOCOL_ERRORS = tasks('Protocol Errors', 'protocol-errors');
const EXECUTION_ERRORS = tasks('Task Execution Errors', 'task-execution-errors');
const SECURITY = tasks('Security Considerations', 'security-considerations');
const COMPATIBILITY: Section = { name: 'SEP-2663, Backward Compatibility', url: `${SEP}#backward-compatibility` };
const RATIONALE: Section = { name: 'SEP-2663, Rationale', url: `${SEP}#rationale` };
const SUBSCRIPTIONS: Section = { name: 'Subscriptions', url: `${CORE}/basic/patterns/subscriptions` };
const HEADERS: Section = { name: 'Streamable HTTP', url: `${CORE}/basic/transports/streamable-http` };

/** `check`: id of the official suite, without what all of them begin with. */
interface More {
  readonly check?: string;
  readonly transports?: Requirement['transports'];
}

const CHECK_PREFIX = 'sep-2663-';

const line =
  (level: Requirement['level'], subject: Requirement['subject']) =>
  (id: string, title: string, section: Section, { check, transports = BOTH }: More = {}): Requirement => ({
    ...{ id, title, level, subject, section, transports },
    ...(check === undefined ? {} : { conformance: `${CHECK_PREFIX}${check}` }),
    ...(subject === 'client' ? { unseen: CLIENT_DUTY } : {}),
  });

const must = line('must', 'server');
const should = line('should', 'server');
const clientMust = line('must', 'client');
const clientShould = line('should', 'client');

export const modernRequirements: readonly Requirement[] = [
  must('2026-01', 'server/discover names the extension, and no task capability of 2025-11-25 beside it.', NEGOTIATION, {
    check: 'migrate-from-legacy-capabilities',
  }),
  must('2026-02', 'A request that does not declare the extension is never answered with a task.', NEGOTIATION, {
    check: 'server-rejects-undeclared-client',
  }),
  must(
    '2026-03',
    'A tool that works only as a task refuses others with -32021 and names what is missing.',
    NEGOTIATION,
    {
      check: 'server-returns-missing-capability-when-required',
    },
  ),
  must(
    '2026-04',
    'tasks/get, tasks/update and tasks/cancel without the extension are refused: -32021.',
    PROTOCOL_ERRORS,
    {
      check: 'tasks-methods-non-declaring',
    },
  ),
  must('2026-05', 'Asking for task notifications without the extension is refused with -32021.', NOTIFICATIONS, {
    check: 'subscribe-missing-capability-non-declaring',
  }),
  clientMust('2026-06', 'A client takes a task as well as a plain result.', NEGOTIATION, {
    check: 'client-handles-polymorphic-result',
  }),
  clientMust('2026-07', 'A client takes a task as the answer to another method for what it is: invalid.', NEGOTIATION, {
    check: 'client-rejects-task-result-on-unsupported',
  }),
  must('2026-08', 'What 2025-11-25 used to ask for tasks (params.task, its capability) asks for none.', COMPATIBILITY, {
    check: 'legacy-task-param-ignored',
  }),
  must('2026-09', 'A receipt, and nothing else, has the resultType "task".', POLYMORPHIC, {
    check: 'result-type-task-on-create',
  }),
  must('2026-10', 'Results of tasks/get, tasks/update and tasks/cancel have the resultType "complete".', POLLING, {
    check: 'result-type-complete-on-tasks-get',
  }),
  must('2026-11', 'A task is flat: ttlMs an integer or null, pollIntervalMs an integer, no key of 2025-11-25.', TASK),
  must('2026-12', 'tasks/result and tasks/list are gone: -32601.', COMPATIBILITY, {
    check: 'tasks-result-removed-method-not-found',
  }),
  must('2026-13', 'A task can be read as soon as its receipt is out.', CREATION, {
    check: 'durable-create-strong-consistency',
  }),
  should('2026-14', 'What is asked before there is a task is settled before the receipt.', CREATION, {
    check: 'mrtr-synchronous-before-task-creation',
  }),
  must('2026-15', 'tasks/get of a working task says so, and gives no outcome.', POLLING, {
    check: 'tasks-get-status-working',
  }),
  must('2026-16', 'tasks/get of a task that needs input lists every open question.', POLLING, {
    check: 'tasks-get-status-input-required',
  }),
  must('2026-17', 'tasks/get of a completed task carries its result.', POLLING, {
    check: 'tasks-get-status-completed',
  }),
  must('2026-18', 'tasks/get of a cancelled task says so, and gives no outcome.', POLLING, {
    check: 'tasks-get-status-cancelled',
  }),
  must('2026-19', 'tasks/get of a failed task carries its error.', POLLING, { check: 'tasks-get-status-failed' }),
  must('2026-20', 'tasks/get of an id that is unknown or none is refused with -32602.', PROTOCOL_ERRORS, {
    check: 'tasks-get-invalid-task-id-32602',
  }),
  must('2026-21', 'Reading a task changes nothing: the same task reads the same.', RATIONALE),
  must('2026-22', 'A task that has ended stays as it ended.', STATUS),
  must('2026-23', 'Only work that ended in a JSON-RPC error is failed, with that error.', EXECUTION_ERRORS, {
    check: 'failed-status-jsonrpc-only',
  }),
  must('2026-24', 'Work that ended with isError is completed, with that result.', EXECUTION_ERRORS, {
    check: 'tool-error-uses-completed-status',
  }),
  should('2026-25', 'A failed task says in its statusMessage what went wrong.', EXECUTION_ERRORS, {
    check: 'failed-includes-statusmessage',
  }),
  must('2026-26', 'The key of a question means one question for the whole life of its task.', UPDATE, {
    check: 'input-request-key-unique-per-task',
  }),
  must('2026-27', 'A key whose question was answered is never used for another.', UPDATE, {
    check: 'no-key-reuse-after-response',
  }),
  must('2026-28', 'tasks/update is acknowledged with an empty result.', UPDATE, { check: 'update-ack-empty-result' }),
  should('2026-29', 'tasks/update of an unknown task is refused with -32602.', UPDATE, {
    check: 'update-error-unknown-task-id',
  }),
  should('2026-30', 'Answers to keys that are not open are ignored.', UPDATE, { check: 'update-ignore-unknown-keys' }),
  must('2026-31', 'Answers that were acknowledged take effect, if not at once.', UPDATE),
  clientShould('2026-32', 'A client asks its user each question once, and answers it once.', UPDATE),
  clientMust('2026-33', 'A client takes a question in a task as it takes the same request by itself.', UPDATE),
  must('2026-34', 'tasks/cancel is acknowledged with an empty result.', CANCEL, { check: 'cancel-ack-empty-result' }),
  should('2026-35', 'tasks/cancel of an unknown task is refused with -32602.', CANCEL, {
    check: 'cancel-error-unknown-task-id',
  }),
  must('2026-36', 'notifications/cancelled cancels no task.', CANCEL, {
    check: 'cancel-not-via-cancelled-notification',
  }),
  clientShould('2026-37', 'A client polls no more often than pollIntervalMs says.', POLLING, {
    check: 'client-honors-poll-interval',
  }),
  clientShould('2026-38', 'A client keeps task ids where they outlive it.', POLLING),
  must('2026-39', 'A task is there until its ttlMs is over.', POLLING),
  must(
    '2026-40',
    'A subscription is acknowledged before anything else, and tells of granted tasks only.',
    SUBSCRIPTIONS,
  ),
  must('2026-41', 'Every message of a subscription carries the id of the request that opened it.', SUBSCRIPTIONS),
  must('2026-42', 'A notification says of a task what tasks/get says.', NOTIFICATIONS),
  must('2026-43', 'No progress and no log messages come for a task on a subscription.', NOTIFICATIONS, {
    check: 'no-progress-or-message-on-task-stream',
  }),
  clientMust('2026-44', 'A client sends the task id as Mcp-Name.', ROUTING, {
    check: 'client-emits-mcp-name-on-tasks-methods',
    transports: HTTP_ONLY,
  }),
  must('2026-45', 'Headers that say something else than the message are refused: HTTP 400 and -32020.', HEADERS, {
    check: 'server-rejects-mismatched-mcp-name-on-tasks-get',
    transports: HTTP_ONLY,
  }),
  must('2026-46', 'Task ids cannot be guessed.', SECURITY),
  must('2026-47', 'Every request of a task is checked for who makes it.', SECURITY),
  clientMust('2026-48', 'A host trusts a question in a task no more than any other.', SECURITY),
];
