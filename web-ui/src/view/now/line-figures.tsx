import type { LineFigure } from '../../../../daemon/src/api/contract.ts';
import { say, t } from '../../i18n/index.ts';
import { Fact, State } from '../../ui/parts.tsx';

const tones = { good: 'talk', doubtful: 'attention', bad: 'broken' } as const;

/** What a line test measured, each figure with what is usual and, where it is not, what that means. */
export function LineFigures({ figures }: { figures: readonly LineFigure[] }) {
  return (
    <dl className="facts line-figures">
      {figures.map(({ item, name, shown, usual, verdict, meaning }) => (
        <Fact key={item} name={say(name)}>
          <State tone={tones[verdict]}>{say(shown)}</State>{' '}
          <span className="dim">
            {t('detail.usual', { range: say(usual) })}
            {meaning && `. ${say(meaning)}`}
          </span>
        </Fact>
      ))}
    </dl>
  );
}
