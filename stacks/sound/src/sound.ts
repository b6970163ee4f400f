import { BusError, Disposer, type DriverCore, type IsolableCore, type Remote } from "auxbus";
import { type CompressOps, CompressStream } from "./compress.ts";

export interface SoundCardOptions {
  /** Names of the links between DAIs, such as `Compress Probe Capture`. */
  readonly links?: readonly string[];
  /** Makes the card a compressed capture device. */
  readonly compress?: CompressOps;
}

/** A card that programs can use. */
export class SoundCard implements AsyncDisposable {
  /** The lowest that was free. */
  readonly index: number;
  readonly name: string;
  readonly links: readonly string[];
  readonly compress: CompressOps | undefined;
  readonly #unregister: () => Promise<void>;

  /** @internal Use `Sound.registerCard`. */
  constructor(index: number, name: string, options: SoundCardOptions, unregister: () => Promise<void>) {
    this.index = index;
    this.name = name;
    this.links = options.links ?? [];
    this.compress = options.compress;
    this.#unregister = unregister;
  }

  /** Takes it away as `Sound.unregisterCard` does; harmless when that has been done already. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#unregister();
  }
}

/** What a driver contributes to cards. */
export interface SoundComponent {
  readonly name: string;
  readonly dais: readonly string[];
}

declare module "auxbus" {
  interface Services {
    readonly sound: Sound;
  }
}

/** The sound subsystem of one driver core: what is registered, and the streams that are open. */
export class Sound {
  readonly #cards: (SoundCard | undefined)[] = [];
  readonly #components = new Map<string, SoundComponent>();
  /** Capture streams, from the moment somebody begins to open them. */
  readonly #streams = new Map<SoundCard, Promise<CompressStream>>();

  static of(core: DriverCore): Sound;
  static of(core: IsolableCore): Remote<Sound>;
  static of(core: IsolableCore): Remote<Sound> {
    return core.service("sound", () => new Sound());
  }

  cards(): SoundCard[] {
    return this.#cards.filter((card) => card !== undefined);
  }

  components(): SoundComponent[] {
    return [...this.#components.values()];
  }

  /** @throws {BusError} `EEXIST` there is a card of that name */
  registerCard(name: string, options: SoundCardOptions = {}): SoundCard {
    if (this.cards().some((card) => card.name === name)) {
      throw new BusError("EEXIST", `there is a sound card ${name} already`, { op: "registerCard" });
    }
    const free = this.#cards.indexOf(undefined);
    const index = free === -1 ? this.#cards.length : free;
    const card: SoundCard = new SoundCard(index, name, options, () => this.unregisterCard(card));
    this.#cards[index] = card;
    return card;
  }

  /** Takes a card away and closes its stream. Nothing new can be opened from the beginning. */
  async unregisterCard(card: SoundCard): Promise<void> {
    if (this.#cards[card.index] === card) this.#cards[card.index] = undefined;
    const stream = await this.#streams.get(card)?.catch(() => undefined);
    await stream?.close();
  }

  /** @returns what takes it away again. @throws {BusError} `EEXIST` */
  registerComponent(component: SoundComponent): Disposable {
    if (this.#components.has(component.name)) {
      throw new BusError("EEXIST", `there is a sound component ${component.name} already`, { op: "registerComponent" });
    }
    this.#components.set(component.name, component);
    return new Disposer(() => {
      if (this.#components.get(component.name) === component) this.#components.delete(component.name);
    });
  }

  unregisterComponent(name: string): void {
    this.#components.delete(name);
  }

  /**
   * Opens the compressed capture device of a card.
   *
   * @throws {BusError} `ENODEV` there is no such card, or it has none; `EBUSY` it is open; else what the driver throws
   */
  async openCapture(name: string): Promise<CompressStream> {
    const card = this.cards().find((c) => c.name === name);
    if (card?.compress === undefined) {
      throw new BusError("ENODEV", `no card ${name} with a compressed capture device`, { op: "openCapture" });
    }
    if (this.#streams.has(card)) {
      throw new BusError("EBUSY", `the capture device of ${name} is open`, { op: "openCapture" });
    }
    const forget = (): void => void this.#streams.delete(card);
    const opening = CompressStream.open(card.compress, forget);
    this.#streams.set(card, opening);
    try {
      return await opening;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
