import { Stack } from '@mantine/core';
import { t } from '../../i18n/index.ts';
import { live } from '../../live/store.ts';
import { Card } from '../../ui/parts.tsx';
import { Learning } from '../now/line-learning.tsx';
import { portName } from '../state-words.ts';

/** Lines are listened to; what they are found to be like is proposed. */
export function LinesStep() {
  const lines = live.use()?.ports.filter(({ kind, role }) => kind === 'fxo' && role !== 'unused') ?? [];
  return (
    <Stack>
      <p className="lead">{lines.length === 0 ? t('wizard.lines.none') : t('wizard.lines.lead')}</p>
      {lines.map((port) => (
        <Card key={port.number} title={`${t('socket')} ${port.number}, ${portName(port)}`}>
          <Learning port={port} />
        </Card>
      ))}
    </Stack>
  );
}
