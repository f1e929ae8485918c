import { Command } from "commander";
import { addSendOptions, produce, type SendOptions } from "../sending.ts";
import {
	addHistoryOptions,
	addSymbolsOption,
	addYahooOptions,
	type HistoryOptions,
	type YahooOptions,
	yahooOrHistorySpec,
} from "./options.ts";

/** `tidemark produce yahoo`. */
export function yahooCommand(): Command {
	const command = new Command("yahoo").description(
		"quotes of Yahoo Finance, live until Ctrl-C, or with --history its bars of the past",
	);
	return addSendOptions(addHistoryOptions(addYahooOptions(addSymbolsOption(command))))
		.option("--no-close", "with --history: leave the last windows open at the end, because more will follow")
		.addHelpText("after", EXAMPLES)
		.action((options: { symbols: readonly string[] } & YahooOptions & HistoryOptions & SendOptions) =>
			produce(yahooOrHistorySpec(options.symbols, options), options),
		);
}

const EXAMPLES = `
Examples:
  $ tidemark produce yahoo --symbols AAPL,MSFT,^GSPC,BTC-USD
  $ tidemark produce yahoo --symbols AAPL,0700.HK --every 1m --fallback synthetic
  $ tidemark produce yahoo --symbols AAPL --fallback replay trades.csv.gz --proxy http://proxy:3128
  $ tidemark produce yahoo --history 2026-03-02 --interval 1m --symbols AAPL,MSFT
  $ tidemark produce yahoo --history 2026-03-02..2026-03-06 --interval 5m --symbols AAPL

A trade is sent when price, day's volume or Yahoo's own time of a symbol has changed since the poll before. Prices and
currencies are as Yahoo gives them: GBp is pence. A symbol whose market is closed is asked for at a quarter of the pace.
Days of --history are the exchange's own; bars are of the regular hours. Yahoo keeps 1m bars for about 30 days.`;
