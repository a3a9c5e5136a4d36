import { useState } from 'preact/hooks';
import type { TrunkTemplate } from '../../../../daemon/src/api/contract.ts';
import type { Beginning } from '../../form/section.tsx';
import type { Item } from '../../form/value.ts';
import { say, t } from '../../i18n/index.ts';
import { Icon } from '../../ui/icons.tsx';
import { Failure } from '../../ui/parts.tsx';
import { useLoad } from '../use-load.ts';

interface Props {
  /** A trunk of defaults. */
  blank: Item;
  onChoose(beginning: Beginning): void;
}

/** Which operator a new trunk is of: what is known of it need not be typed. */
export function TrunkChooser({ blank, onChoose }: Props) {
  const templates = useLoad<TrunkTemplate[]>('/trunk-templates', 0);
  const [sought, setSought] = useState('');
  const found = (templates.value ?? []).filter((template) => matches(template, sought));
  const choose = (template: TrunkTemplate): void => {
    const notes = [template.note && say(template.note), template.verify && t('trunk.verify')].filter(Boolean);
    onChoose({
      title: say(template.name),
      item: { ...blank, ...template.trunk, name: isGeneral(template) ? '' : say(template.name) },
      asks: template.asks,
      ...(notes.length > 0 && { note: notes.join(' ') }),
    });
  };
  return (
    <div class="item-form">
      <div class="item-form-body">
        <p class="lead">{t('trunk.choose')}</p>
        <Failure error={templates.failure} />
        <div class="field">
          <label for="trunk-find">{t('trunk.find')}</label>
          <input
            id="trunk-find"
            type="search"
            value={sought}
            autocomplete="off"
            onInput={(e) => setSought(e.currentTarget.value)}
          />
        </div>
        <ul class="items templates">
          {found.map((template) => (
            <li key={template.id}>
              <button type="button" class="item" data-template={template.id} onClick={() => choose(template)}>
                <Icon name="trunk" />
                <span class="item-words">
                  <strong>{say(template.name)}</strong>
                  {template.trunk.server && <span class="dim">{template.trunk.server}</span>}
                </span>
                <Icon name="right" size={16} />
              </button>
            </li>
          ))}
        </ul>
        {sought !== '' && found.every(isGeneral) && <p class="help">{t('trunk.noneFound')}</p>}
      </div>
    </div>
  );
}

/** By name in either language, or by server; the general ones always. */
function matches(template: TrunkTemplate, sought: string): boolean {
  const words = sought.trim().toLowerCase();
  if (words === '' || template.id.startsWith('generic-')) return true;
  const { ru, en } = template.name;
  return `${ru} ${en} ${template.trunk.server ?? ''}`.toLowerCase().includes(words);
}

/** Of no operator in particular. */
const isGeneral = (template: TrunkTemplate): boolean => /^(generic|sipconnect)-/.test(template.id);
