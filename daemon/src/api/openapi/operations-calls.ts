import { clickOrder } from '../click-contract.ts';
import { contactOrder, contactsQuery, phonebookQuery } from '../contact-contract.ts';
import { deliveriesQuery, eventsQuery, replayOrder } from '../program-contract.ts';
import { tableTypes } from '../sound-body.ts';
import { type Operations, tagged } from './operation.ts';

const sounds = ['audio/wav', 'audio/ogg'];
const pcap = ['application/vnd.tcpdump.pcap'];

/** What happens in the office: calls, messages, queues, events, and whom they are with. */
export const callOperations: Operations = {
  ...tagged('Calls', {
    'GET /calls': {
      summary: 'Call records, the newest first',
      query: {
        search: 'A number in any writing, or part of a name',
        from: 'Begun at this time or later, ms since 1970',
        to: 'Begun before this time, ms since 1970',
        direction: 'outgoing, incoming, internal or transit',
        outcome: 'answered, missed, failed or active',
        place: 'Where a leg was: port:3, trunk:acme, device:desk',
        costCentre: 'Id of a cost centre',
        before: 'What `next` of the page before said',
        limit: '1 to 200; 50 unless given',
      },
      answer: 'CallsPage',
    },
    'POST /calls': {
      summary: 'Click to call: rings a telephone and puts whoever lifts it through',
      description:
        'The call has the rights and the budget of the person or the telephone. Emergency numbers do not exist here. How it goes on is told by the record and by events.',
      body: clickOrder,
      answer: 'ClickAnswer',
      status: 201,
      errors: ['api/nothing-to-ring', 'api/bad-number', 'api/call-refused'],
    },
    'GET /calls/:id': { summary: 'The record of a call, also while it goes on', answer: 'CallRecord' },
    'POST /calls/:id/release': { summary: 'Ends a call in progress', answer: 'ok' },
    'POST /calls/:id/record': {
      summary: 'Begins to record a call in progress, announced to both',
      answer: 'ok',
    },
    'DELETE /calls/:id/record': { summary: 'Ends the recording of a call that goes on', answer: 'ok' },
    'POST /calls/:id/observe': {
      summary: 'Rings a telephone that then takes part in the call',
      body: {
        type: 'object',
        properties: {
          mode: { enum: ['listen', 'whisper', 'barge'] },
          extension: { type: 'string' },
          toward: { enum: ['caller', 'called'] },
        },
        required: ['mode', 'extension'],
      },
      answer: 'ok',
    },
    'DELETE /calls/:id/observe': { summary: 'Takes part in the call no longer', answer: 'ok' },
    'POST /calls/:id/verdict': {
      summary: 'Says whether what a line told of an answer or a release was right',
      body: 'VerdictRequest',
      answer: 'VerdictResult',
    },
    'GET /calls/:id/recordings/:file': {
      summary: 'The sound of a recording; ranges are served',
      query: { download: 'Set: as a file to be kept' },
      answer: { file: sounds },
      errors: ['api/recording-of-another-box'],
    },
    'DELETE /calls/:id/recordings/:file': { summary: 'Deletes a recording', answer: 'ok' },
    'GET /calls/:id/trace': { summary: 'SIP messages of a call, without secrets', answer: 'TraceView' },
    'GET /calls/:id/trace.pcap': { summary: 'The same as a file for Wireshark', answer: { file: pcap } },
    'GET /live/snapshot': {
      summary: 'What is the case now: sockets, calls, trunks, queues, alarms',
      description: 'The page follows it over the WebSocket at /api/v1/live; programs follow events.',
      answer: 'LiveState',
    },
  }),
  ...tagged('Phonebook', {
    'GET /contacts': {
      summary: 'Entries by name, or those that match',
      query: contactsQuery,
      answer: 'ContactsPage',
    },
    'POST /contacts': {
      summary: 'A new entry',
      body: contactOrder,
      answer: 'Contact',
      status: 201,
      errors: ['api/bad-number'],
    },
    'GET /contacts/:id': { summary: 'An entry', answer: 'Contact' },
    'PUT /contacts/:id': {
      summary: 'Another content for an entry',
      body: contactOrder,
      answer: 'Contact',
      errors: ['api/bad-number'],
    },
    'DELETE /contacts/:id': { summary: 'Deletes an entry', answer: 'ok' },
    'PUT /phonebook': {
      summary:
        'A table of entries, as CSV or XLSX: all of it is taken, or nothing and each bad row is told of',
      query: phonebookQuery,
      file: tableTypes,
      answer: 'PhonebookImportView',
      also: { 422: 'PhonebookImportView' },
      errors: ['api/bad-table', 'api/import-running'],
    },
    'GET /phonebook.csv': { summary: 'The whole phonebook as CSV', answer: { file: [tableTypes[0]] } },
    'GET /phonebook.xlsx': {
      summary: 'The whole phonebook as a workbook',
      answer: { file: [tableTypes[1]] },
    },
  }),
  ...tagged('Events', {
    'GET /events': {
      summary: 'What has happened, numbered; as a WebSocket: what happens',
      description:
        'With `Upgrade: websocket` the same address streams events: first a `hello`, then each `event`, and a `beat` every ten seconds. `?since=` goes on after any number, as long as its successors are kept.',
      query: eventsQuery,
      answer: 'EventsPage',
    },
    'GET /webhooks': {
      summary: 'Programs that are told of events, and how that goes',
      answer: 'WebhookView[]',
    },
    'POST /webhooks/:id/test': {
      summary: 'Sends a program a message that says nothing',
      answer: 'WebhookTest',
    },
    'GET /webhooks/:id/deliveries': {
      summary: 'What a program was told and how it answered, the newest first',
      query: deliveriesQuery,
      answer: 'DeliveriesPage',
    },
    'POST /webhooks/:id/replay': {
      summary: 'Tells a program an event, or all after a number, once more',
      body: replayOrder,
      answer: { type: 'object', properties: { replayed: { type: 'integer' } }, required: ['replayed'] },
    },
  }),
  ...tagged('Voicemail', {
    'GET /voicemail': { summary: 'Mailboxes with how many messages wait', answer: 'MailboxView[]' },
    'GET /voicemail/:box': { summary: 'Messages of a mailbox', answer: 'VoiceMessageView[]' },
    'GET /voicemail/:box/greeting': { summary: 'The greeting of a mailbox', answer: { file: sounds } },
    'DELETE /voicemail/:box/greeting': {
      summary: 'Deletes a greeting; the box then speaks its own',
      answer: 'ok',
    },
    'GET /voicemail/:box/:id/sound': {
      summary: 'The sound of a message; ranges are served',
      query: { download: 'Set: as a file to be kept' },
      answer: { file: sounds },
    },
    'PATCH /voicemail/:box/:id': {
      summary: 'Marks a message as heard or kept',
      body: 'VoiceMessageChange',
      answer: 'VoiceMessageView',
    },
    'DELETE /voicemail/:box/:id': { summary: 'Deletes a message', answer: 'ok' },
    'GET /messages/:mailbox': {
      summary: 'How many messages of a voicemail elsewhere wait for a person',
      answer: 'MessageCountsView',
    },
    'PUT /messages/:mailbox': {
      summary: 'Tells how many messages of a voicemail elsewhere wait for a person',
      body: 'MessageCountsView',
      answer: 'MessageCountsView',
    },
  }),
  ...tagged('Queues', {
    'GET /queues': { summary: 'Who waits, and who answers', answer: 'QueuesView' },
    'PUT /agents/:person': {
      summary: 'Has somebody answer, pause or go off',
      body: 'AgentModeRequest',
      answer: 'AgentLive',
    },
    'POST /queues/waiting/:id/move': {
      summary: 'Moves somebody who waits to another queue or place',
      body: 'MoveWaitingRequest',
      answer: 'ok',
    },
    'DELETE /queues/callbacks/:id': { summary: 'Takes a callback out of its queue', answer: 'ok' },
  }),
};
