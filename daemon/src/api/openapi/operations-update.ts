import { updateRestart } from '../update-contract.ts';
import { type Operations, tagged } from './operation.ts';

/** Updates of the whole system. */
export const updateOperations: Operations = tagged('Update', {
  'GET /update': {
    summary: 'The running version, and where an update stands',
    description: 'Not there where the box runs on somebody’s own Linux, which is updated by its own means.',
    answer: 'UpdateView',
    errors: ['api/no-updates-here'],
  },
  'PUT /update': {
    summary: 'Takes an update file; it is checked and installed after the answer',
    file: ['application/octet-stream'],
    answer: 'UpdateView',
    status: 202,
    errors: ['api/update-busy', 'api/update-no-room', 'api/wrong-type'],
  },
  'POST /update/restart': {
    summary: 'Starts the installed system, unless somebody speaks, or says when',
    body: updateRestart,
    answer: 'UpdateView',
    status: 202,
    errors: ['api/no-update', 'api/update-in-use'],
  },
  'POST /update/look': {
    summary: 'Looks at the address of updates at once, and takes what is newer',
    answer: 'UpdateView',
    status: 202,
    errors: ['api/update-no-address', 'api/update-busy'],
  },
  'POST /update/seen': {
    summary: 'Somebody has read that an update was taken back: its alarm goes',
    answer: 'UpdateView',
  },
});
