import { confirmOrder, draftApply, draftOrder } from '../draft-contract.ts';
import { type Operations, tagged } from './operation.ts';

/** Pending changes, changes on trial, and the network of the box. */
export const draftOperations: Operations = {
  ...tagged('Settings', {
    'GET /config/draft': {
      summary: 'Pending changes of whoever asks: old and new values in words, and what speaks against them',
      answer: 'DraftView',
    },
    'POST /config/draft/edits': {
      summary: 'Puts edits beside those that wait; nothing is applied',
      body: draftOrder,
      answer: 'DraftView',
      errors: ['config/invalid', 'config/draft-full'],
    },
    'DELETE /config/draft/edits/:id': { summary: 'Drops one pending edit', answer: 'DraftView' },
    'POST /config/draft/edits/:id/keep': {
      summary: 'Keeps an edit though somebody has changed its place since',
      answer: 'DraftView',
    },
    'DELETE /config/draft': { summary: 'Drops all pending changes', answer: 'DraftView' },
    'POST /config/draft/apply': {
      summary: 'Applies all pending changes as one revision; calls in progress go on',
      body: draftApply,
      answer: 'AppliedOutcome',
      errors: [
        'config/draft-conflict',
        'config/draft-empty',
        'config/invalid',
        'config/conflict',
        'config/trial-running',
        'config/write-failed',
      ],
    },
    'GET /trial': {
      summary: 'The change that is taken back unless it is confirmed, if there is one',
      answer: 'TrialNow',
    },
    'DELETE /trial': {
      summary: 'Takes the change on trial back now',
      answer: 'ok',
      errors: ['config/no-trial'],
    },
    'POST /trial/confirm': {
      summary: 'The change on trial stays; has to come by the new way',
      body: confirmOrder,
      answer: 'ok',
      errors: ['config/no-trial', 'config/confirm-elsewhere'],
    },
    'GET /network': { summary: 'How the box stands in the network this moment', answer: 'NetworkView' },
    'GET /incoming/sentences': {
      summary: 'Who would ring at each number at a moment',
      query: { at: 'At which moment, ms since 1970; now unless given', draft: '1: with the pending changes' },
      answer: 'IncomingSentences[]',
    },
  }),
};
