import type { AgentLive, AgentModeView, QueueLive } from '../../../../daemon/src/api/contract.ts';
import { duration, span } from '../../format/time.ts';
import { t, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import type { Tone } from '../../ui/icons.tsx';
import { Card, Empty, State } from '../../ui/parts.tsx';

const tones: Record<AgentLive['state'], Tone> = {
  free: 'free',
  rung: 'ring',
  talking: 'talk',
  'wrap-up': 'active',
  busy: 'hold',
  pause: 'attention',
  off: 'off',
};

const modes = ['on', 'pause', 'off'] as const satisfies readonly AgentModeView[];

interface Props {
  agents: readonly AgentLive[];
  queues: readonly QueueLive[];
  onMode(agent: AgentLive, mode: AgentModeView): void;
}

/** Everybody who answers for a queue, with what they do now, and the switch of on line, pause and off. */
export function Agents({ agents, queues, onMode }: Props) {
  const sorted = [...agents].sort((a, b) => a.name.localeCompare(b.name));
  return (
    <Card title={t('agents.title')}>
      {sorted.length === 0 ? (
        <Empty icon="people">{t('agents.none')}</Empty>
      ) : (
        <>
          <ul className="agents">
            {sorted.map((agent) => (
              <li key={agent.id} data-agent={agent.id} data-state={agent.state}>
                <AgentRow agent={agent} queues={queues} onMode={onMode} />
              </li>
            ))}
          </ul>
          <p className="help">{t('agents.help')}</p>
        </>
      )}
    </Card>
  );
}

function AgentRow({ agent, queues, onMode }: Omit<Props, 'agents'> & { agent: AgentLive }) {
  const now = boxNow.use();
  const { name, state, mode, since, today } = agent;
  const nameOf = (id: string): string => queues.find((queue) => queue.id === id)?.name ?? id;
  const said = word('agent', state);
  return (
    <>
      <div className="agent-words">
        <span className="item-line">
          <strong>{name}</strong>
          <State tone={tones[state]}>
            {agent.queue === undefined
              ? said
              : t('agents.inQueue', { state: said, queue: nameOf(agent.queue) })}
          </State>
          <span className="dim">{span(now - since)}</span>
        </span>
        <span className="dim">
          {[
            agent.queues.map(nameOf).join(', '),
            t('agents.today', { n: today.answered, m: today.missed }),
            today.talkMs > 0 && t('agents.talked', { time: duration(today.talkMs) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      <fieldset className="segments">
        <legend className="sr-only">{t('agents.modes', { name })}</legend>
        {modes.map((one) => (
          <button
            type="button"
            key={one}
            data-mode={one}
            aria-pressed={mode === one}
            onClick={() => mode !== one && onMode(agent, one)}
          >
            {t(`mode.${one}`)}
          </button>
        ))}
      </fieldset>
    </>
  );
}
