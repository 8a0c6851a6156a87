/**
 * Job handles: plain tools that start work and tell of it. No protocol speaks of them, so these are our own, each with what happens
 * to a caller where it does not hold.
 */
import { BOTH, type Requirement, type Section } from '../requirement.ts';

const DOCUMENT = 'https://www.npmjs.com/package/claimcheck';

const about = (name: string): Section => ({ name: `Job handles, ${name}`, url: DOCUMENT });

const RECEIPT = about('receipts: who loses one must be able to tell what became of the work');
const REFERENCE = about('references: they are all that stands between one caller and another’s work');
const STATE = about('states: a caller goes on, waits or gives up by them alone');
const RESULT = about('results: a reply can be lost, and is asked for again');
const CANCEL = about('cancelling: a caller acts on what it is told about the work');
const REPEATING = about('repeating: a caller that got no receipt has to call again');

const line =
  (level: Requirement['level']) =>
  (id: string, title: string, section: Section): Requirement => ({
    ...{ id, title, level, subject: 'server', section, transports: BOTH },
  });

const must = line('must');
const should = line('should');

export const handleRequirements: readonly Requirement[] = [
  must('H-01', 'The answer that starts work has a reference to it.', RECEIPT),
  should('H-02', 'The receipt comes before the work is done.', RECEIPT),
  must('H-03', 'A job can be looked at as soon as its receipt is out.', RECEIPT),
  must('H-04', 'No two jobs have the same reference.', REFERENCE),
  must('H-05', 'References cannot be guessed.', REFERENCE),
  must('H-06', 'An unknown reference is said to be unknown, in no words of a job at work or done.', REFERENCE),
  must('H-07', 'What is no reference at all is refused, and the server goes on.', REFERENCE),
  must('H-08', 'A job belongs to who started it; nobody else sees or cancels it.', REFERENCE),
  should('H-09', 'Looking at a job does not wait for its end.', STATE),
  should('H-10', 'Every state that is told is one that the tool documents.', STATE),
  must('H-11', 'A job that has ended stays as it ended.', STATE),
  should('H-12', 'A job at work says when to look again.', STATE),
  must('H-13', 'Work that failed is told as failed, never as done.', STATE),
  should('H-14', 'A failed job says what went wrong.', STATE),
  must('H-15', 'The result of a finished job can be read more than once, and is the same each time.', RESULT),
  must('H-16', 'A job gives its own result, never another’s.', RESULT),
  must('H-17', 'A job whose cancel was accepted is never told as completed.', CANCEL),
  must('H-18', 'Cancelling a job that has ended changes nothing of it.', CANCEL),
  must('H-19', 'Cancelling an unknown job is an error.', CANCEL),
  must('H-20', 'Two calls with one key start one job.', REPEATING),
  must('H-21', 'A key that comes with other arguments is refused.', REPEATING),
  must('H-22', 'A job whose receipt was given is there after a crash, or said to be lost.', RECEIPT),
  must('H-23', 'A job that asks says so, and goes on with the answer.', STATE),
];
