import { backupOrder, restoreOrder } from '../backup-contract.ts';
import { lineProofOrder, setupChange, testCallOrder } from '../setup-contract.ts';
import { type Operations, tagged } from './operation.ts';

const anyFile = ['application/octet-stream'];

/** The first-run wizard, backup and restore. */
export const setupOperations: Operations = tagged('Setting up', {
  'GET /setup': { summary: 'Where the first-run wizard stands', answer: 'SetupView' },
  'PUT /setup': {
    summary: 'Keeps where the wizard stands, step by step',
    body: setupChange,
    answer: 'SetupView',
  },
  'POST /setup/test-call': {
    summary: 'Rings a telephone and puts it through over one line or trunk',
    body: testCallOrder,
    answer: 'TestCallAnswer',
    status: 201,
    errors: ['api/nothing-to-ring', 'api/bad-number', 'api/test-number'],
  },
  'POST /setup/lines/:port/proof': {
    summary: 'Takes a call as the proof that a line is a city line',
    body: lineProofOrder,
    answer: 'ok',
    errors: ['api/not-proven'],
  },
  'GET /backup': {
    summary: 'The settings as one file, without passwords',
    answer: { file: anyFile },
    errors: ['api/backup-gone', 'api/backup-room'],
  },
  'POST /backup': {
    summary: 'The same with the passwords of trunks and devices, encrypted',
    body: backupOrder,
    answer: { file: anyFile },
  },
  'POST /restore': {
    summary: 'Looks at a backup, or restores it whole',
    description:
      'A file with `?check=1`: what is in it and what would change; it is kept for half an hour, and restored by JSON with its `id`. A file without: restored at once, without the passwords in it.',
    query: { check: '`1`: nothing is changed' },
    file: anyFile,
    body: restoreOrder,
    answer: 'RestoreAnswer',
    errors: [
      'api/backup-foreign',
      'api/backup-broken',
      'api/backup-newer',
      'api/backup-passphrase',
      'api/backup-gone',
      'api/backup-room',
      'api/restore-running',
    ],
  },
});
