import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { glossary, type TermId } from '../i18n/glossary.ts';
import { say } from '../i18n/index.ts';
import '../styles/help.css';

/** A word with its meaning by pointer, keyboard and touch; in other words than the glossary's, if given. */
export function Term({ id, children }: { id: TermId; children?: ReactNode }) {
  const { word, means } = glossary[id];
  return (
    <Tooltip
      label={say(means)}
      multiline
      w={300}
      withArrow
      events={{ hover: true, focus: true, touch: true }}
      transitionProps={{ duration: 0 }}
    >
      <button type="button" className="term">
        {children ?? say(word)}
      </button>
    </Tooltip>
  );
}
