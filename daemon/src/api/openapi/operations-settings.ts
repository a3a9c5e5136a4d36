import { type Operations, tagged } from './operation.ts';

const csv = ['text/csv'];
const sound = ['audio/*'];
const at = { at: 'At which moment, ms since 1970; now unless given' };
const issues = ['config/invalid', 'config/conflict'] as const;

/** What the office has set, and what follows from it. */
export const settingsOperations: Operations = {
  ...tagged('Settings', {
    'GET /config': {
      summary: 'The settings, with a mark in place of secrets',
      query: { draft: '1: with the pending changes of whoever asks' },
      answer: 'ConfigView',
    },
    'PATCH /config': {
      summary: 'Changes settings: all edits or none',
      description:
        'An edit names its place by a path; entries of lists are named by id, ports by number. On another revision than the present one it answers 409.',
      body: 'ConfigPatch',
      answer: 'ConfigOutcome',
      errors: [...issues, 'config/write-failed'],
    },
    'GET /config/form': { summary: 'What the forms of the page are drawn from', answer: 'FormModel' },
    'GET /config/history': { summary: 'Changes, the newest first', answer: 'ConfigHistoryEntry[]' },
    'POST /config/validate': {
      summary: 'What a change would do; nothing is stored',
      body: 'ConfigPatch',
      answer: 'ConfigOutcome',
      errors: issues,
    },
    'POST /config/undo': {
      summary: 'Takes a change back',
      body: 'UndoRequest',
      answer: 'ConfigOutcome',
      errors: ['config/not-undoable', ...issues],
    },
    'PUT /imports/:kind': {
      summary: 'A table of people or short numbers: all of it, or nothing and each bad row',
      query: { check: '1: nothing is stored' },
      file: csv,
      answer: 'ImportView',
      also: { 422: 'ImportView' },
    },
    'PUT /imports/:kind/:list': {
      summary: 'The numbers of a list of callers, as a table',
      query: { check: '1: nothing is stored' },
      file: csv,
      answer: 'ImportView',
      also: { 422: 'ImportView' },
    },
    'GET /pins': { summary: 'PINs, without their digits', answer: 'PinView[]' },
    'POST /pins': {
      summary: 'A new PIN',
      body: 'PinRequest',
      answer: 'PinView',
      status: 201,
      errors: issues,
    },
    'PUT /pins/:id': { summary: 'Changes a PIN', body: 'PinRequest', answer: 'PinView', errors: issues },
    'DELETE /pins/:id': { summary: 'Deletes a PIN', answer: 'ok' },
    'POST /pins/:id/unlock': { summary: 'Lifts the lock of wrong attempts', answer: 'ok' },
    'GET /trunk-templates': { summary: 'What is known of operators', answer: 'TrunkTemplate[]' },
    'GET /device-presets': { summary: 'What is known of makes of telephones', answer: 'DevicePreset[]' },
    'GET /devices/:id/setup': { summary: 'What is entered at a telephone', answer: 'DeviceSetupView' },
    'GET /devices/:id/file': {
      summary: 'The file with the settings of a telephone',
      answer: { file: ['text/plain', 'application/xml'] },
    },
    'POST /devices/:id/link': {
      summary: 'An address that gives the file once, without a session',
      answer: 'DeviceLink',
      status: 201,
    },
    'GET /offices': { summary: 'How the links to other offices are', answer: 'OfficesView' },
    'GET /rates': {
      summary: 'Tables of prices',
      answer: { type: 'array', items: { type: 'object' } },
    },
    'GET /rates/:id': { summary: 'A table of prices as it was given', answer: { file: csv } },
    'PUT /rates/:id': {
      summary: 'A table of prices',
      file: csv,
      answer: { type: 'object' },
      also: { 422: { type: 'object' } },
    },
    'DELETE /rates/:id': { summary: 'Deletes a table of prices', answer: 'ok' },
    'GET /spending': { summary: 'Budgets, and what has been spent', answer: 'SpendingView' },
    'POST /spending/unlock': { summary: 'Lifts the lock after suspicious spending', answer: 'ok' },
  }),
  ...tagged('What would happen', {
    'POST /dial-check': {
      summary: 'What would happen if somebody dialed a number; nothing is dialed',
      body: 'DialCheckRequest',
      answer: 'DialCheckResult',
    },
    'GET /routes/sentences': {
      summary: 'What each route does, in a sentence',
      answer: {
        type: 'array',
        items: {
          type: 'object',
          properties: { id: { type: 'string' }, said: { $ref: '#/components/schemas/Said' } },
          required: ['id', 'said'],
        },
      },
    },
    'GET /incoming-check': {
      summary: 'Whom a call from outside would reach, and why',
      query: {
        number: 'A number of ours that is called',
        destination: 'Or the id of a destination',
        draft: '1: with the pending changes',
        ...at,
      },
      answer: 'IncomingCheckResult',
    },
    'GET /caller-lists': { summary: 'Which lists of callers hold', query: at, answer: 'CallerListView[]' },
    'POST /flows/simulate': {
      summary: 'What would happen to a caller of a menu; nobody is rung',
      body: 'FlowSimulateRequest',
      answer: 'FlowSimulateResult',
      errors: ['config/invalid'],
    },
    'GET /schedules': {
      summary: 'What the schedules say',
      query: { ...at, changes: 'How many changes to come, 0 to 50' },
      answer: 'ScheduleView[]',
    },
    'GET /schedules/:id': {
      summary: 'What a schedule says',
      query: { ...at, changes: 'How many changes to come, 0 to 50' },
      answer: 'ScheduleView',
    },
    'PUT /schedules/:id/override': {
      summary: 'Day and night by hand',
      body: 'SwitchRequest',
      answer: 'ScheduleView',
    },
    'DELETE /schedules/:id/override': { summary: 'As the schedule says again', answer: 'ScheduleView' },
    'GET /calendars': { summary: 'Years of the production calendar', answer: 'CalendarsView' },
    'PUT /calendars': {
      summary: 'Years of the production calendar as a table',
      file: csv,
      answer: 'CalendarsView',
      errors: issues,
    },
  }),
  ...tagged('Sounds', {
    'GET /hold-music': {
      summary: 'Whether there is music of the office’s own',
      answer: { type: 'object', properties: { own: {} }, required: ['own'] },
    },
    'PUT /hold-music': { summary: 'Other music on hold', file: sound, answer: 'ok' },
    'DELETE /hold-music': { summary: 'The box’s own music again', answer: 'ok' },
    'GET /prompts': { summary: 'Recordings that callers hear', answer: 'PromptsView' },
    'GET /prompts/:id/sound': {
      summary: 'The sound of a prompt',
      query: { download: 'Set: as a file to be kept' },
      answer: { file: ['audio/wav'] },
    },
    'PUT /prompts/:id/sound': {
      summary: 'Another sound for a prompt',
      file: sound,
      answer: {
        type: 'object',
        properties: { sound: { $ref: '#/components/schemas/PromptSound' } },
        required: ['sound'],
      },
    },
    'POST /prompts/:id/record': {
      summary: 'Rings a telephone at which the prompt is recorded',
      body: { type: 'object', properties: { extension: { type: 'string' } }, required: ['extension'] },
      answer: 'ok',
      status: 202,
      errors: ['api/no-telephone'],
    },
    'DELETE /prompts/:id/sound': {
      summary: 'Deletes the sound of a prompt',
      answer: 'ok',
      errors: ['api/prompt-used'],
    },
  }),
};
