"""Puts weights of a model of the HuBERT family into the files that people have: a Hugging Face folder, checkpoints of
fairseq and of WavLM's and DPHuBERT's authors. What training leaves in such files is there too."""
import json
import re

import numpy as np

import safetensors_file
import torch_file

# Names of Hugging Face for fairseq's; all that fit are applied, one after the other.
HUGGING_FACE = [
    (r"^mask_emb$", "masked_spec_embed"),
    (r"^layer_norm\.", "feature_projection.layer_norm."),
    (r"^post_extract_proj\.", "feature_projection.projection."),
    (r"^(feature_extractor\.conv_layers\.\d+)\.0\.", r"\1.conv."),
    (r"^(feature_extractor\.conv_layers\.\d+)\.2\.(1\.)?", r"\1.layer_norm."),
    (r"^(encoder\.layers\.\d+)\.self_attn_layer_norm\.", r"\1.layer_norm."),
    (r"\.self_attn\.grep_linear\.", ".attention.gru_rel_pos_linear."),
    (r"\.self_attn\.grep_a$", ".attention.gru_rel_pos_const"),
    (r"\.self_attn\.relative_attention_bias\.", ".attention.rel_attn_embed."),
    (r"\.self_attn\.", ".attention."),
    (r"\.fc1\.", ".feed_forward.intermediate_dense."),
    (r"\.fc2\.", ".feed_forward.output_dense."),
]
ONE_POSITION = [(r"^encoder\.pos_conv\.0\.", "encoder.pos_conv_embed.conv.")]
NEW_WEIGHT_NORM = [
    (r"^(encoder\.pos_conv)\.0\.weight_g$", r"\1_embed.conv.parametrizations.weight.original0"),
    (r"^(encoder\.pos_conv)\.0\.weight_v$", r"\1_embed.conv.parametrizations.weight.original1"),
]
LAYERED_POSITION = [(r"^encoder\.pos_conv\.(\d+)\.0\.", r"encoder.pos_conv_embed.layers.\1.conv.")]
BATCH_NORM = [
    (r"^encoder\.pos_conv\.0\.", "encoder.pos_conv_embed.batch_norm."),
    (r"^encoder\.pos_conv\.1\.", "encoder.pos_conv_embed.conv."),
]
TORCHAUDIO = [(r"^feature_projection\.", "encoder.feature_projection."), (r"^encoder\.(?!feature_projection)",
                                                                         "encoder.transformer.")]


def renamed(tensors, *tables):
    names = {}
    for name, array in tensors.items():
        for pattern, replacement in sum(tables, []):
            name = re.sub(pattern, replacement, name)
        names[name] = array
    return names


def position_table(encoder, weight_norm):
    if encoder.position_depth > 1:
        return LAYERED_POSITION
    return BATCH_NORM if encoder.batch_norm else weight_norm + ONE_POSITION


def mask(encoder):
    return np.random.default_rng(1).random(encoder.width, dtype=np.float32)


# ---- Hugging Face


def hugging_face(folder, kind, encoder, weights, **more):
    """Writes a folder; `kind` is the model_type, `more` are fields of the configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    channels, taps, strides = zip(*encoder.convolutions)
    config = {
        "model_type": kind, "hidden_size": encoder.width, "num_hidden_layers": len(encoder.heads),
        "num_attention_heads": encoder.heads[0], "intermediate_size": encoder.ffn[0],
        "conv_dim": channels, "conv_kernel": taps, "conv_stride": strides,
        "conv_bias": "feature_extractor.conv_layers.0.0.bias" in weights,
        "feat_extract_norm": encoder.extractor_norm, "do_stable_layer_norm": encoder.pre_norm,
        "num_conv_pos_embedding_groups": encoder.position_groups, "layer_norm_eps": 1e-5, "vocab_size": 32,
    }
    if encoder.position_depth > 1:
        # data2vec-audio has neither a group norm nor pre-norm layers, and no fields for them.
        del config["feat_extract_norm"], config["do_stable_layer_norm"]
        config |= {"num_conv_pos_embeddings": encoder.position_depth, "conv_pos_kernel_size": encoder.position_taps}
    else:
        config["num_conv_pos_embeddings"] = encoder.position_taps
    if encoder.batch_norm:
        config["conv_pos_batch_norm"] = True
    if encoder.buckets:
        config |= {"num_buckets": encoder.buckets, "max_bucket_distance": encoder.max_distance}
    if "layer_norm.weight" not in weights:
        config["feat_proj_layer_norm"] = False
    adapter = weights.get("encoder.layers.0.adapter_layer.linear_1.weight")
    if adapter is not None:
        config["adapter_attn_dim"] = len(adapter)
    preprocessor = {
        "do_normalize": encoder.normalizes, "feature_extractor_type": "Wav2Vec2FeatureExtractor", "feature_size": 1,
        "padding_side": "right", "padding_value": 0.0, "return_attention_mask": False, "sampling_rate": 16000,
    }
    (folder / "config.json").write_text(json.dumps(config | more, indent=2) + "\n", encoding="utf-8")
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor, indent=2) + "\n", encoding="utf-8")
    tensors = {name: array for name, array in weights.items() if not name.startswith("final_proj.")}
    tensors["mask_emb"] = mask(encoder)
    if encoder.batch_norm:
        tensors["encoder.pos_conv.0.num_batches_tracked"] = np.array(1000)
    names = renamed(tensors, position_table(encoder, NEW_WEIGHT_NORM), HUGGING_FACE)
    safetensors_file.write(folder / "model.safetensors", names)


# ---- Checkpoints


def fairseq_fields(encoder, weights):
    return {
        "extractor_mode": "layer_norm" if encoder.extractor_norm == "layer" else "default",
        "encoder_layers": len(encoder.heads), "encoder_embed_dim": encoder.width,
        "encoder_ffn_embed_dim": encoder.ffn[0], "encoder_attention_heads": encoder.heads[0],
        "activation_fn": "gelu", "layer_norm_first": encoder.pre_norm,
        "conv_bias": "feature_extractor.conv_layers.0.0.bias" in weights,
        "conv_feature_layers": " + ".join(f"[({c},{k},{s})]" for c, k, s in encoder.convolutions),
        "conv_pos": encoder.position_taps * encoder.position_depth, "conv_pos_groups": encoder.position_groups,
        "pos_conv_depth": encoder.position_depth, "conv_pos_batch_norm": encoder.batch_norm, "dropout": 0.1,
        "mask_prob": 0.8, "final_dim": 256, "feature_grad_mult": 0.1, "encoder_layerdrop": 0.05,
    }


def fairseq(path, kind, encoder, weights, with_optimizer=False):
    """Writes a checkpoint of a training; `kind` is the _name of the model. An optimizer's state has two tensors for
    each of the model's."""
    optimizer = None
    if with_optimizer:
        state = {}
        for index, array in enumerate(weights.values()):
            # Filled when it is written, lest three models be in memory.
            average, square = (torch_file.Later(array.shape, lambda a=array, s=scale: a * np.float32(s))
                               for scale in (1e-3, 1e-6))
            state[index] = {"step": 400000, "exp_avg": average, "exp_avg_sq": square}
        optimizer = {"state": state, "param_groups": [{"lr": 5e-4, "params": list(range(len(weights)))}]}
    classes = np.random.default_rng(2).random((504, 256), dtype=np.float32)
    model = fairseq_fields(encoder, weights) | {"_name": kind}
    torch_file.write(path, {
        "args": None,
        "cfg": {"_name": None, "common": {"fp16": True, "seed": 1337}, "model": model,
                "task": {"_name": "hubert_pretraining", "normalize": encoder.normalizes, "sample_rate": 16000}},
        "model": {"mask_emb": mask(encoder), "label_embs_concat": classes} | weights,
        "criterion": None, "optimizer_history": [{"criterion_name": "HubertCriterion", "num_updates": 400000}],
        "task_state": {}, "extra_state": {"epoch": 361, "val_loss": 2.5}, "last_optimizer_state": optimizer,
    })


def wavlm(path, encoder, weights):
    """Writes a checkpoint of WavLM's authors, whose configuration is flat."""
    cfg = fairseq_fields(encoder, weights) | {
        "normalize": encoder.normalizes, "relative_position_embedding": True, "num_buckets": encoder.buckets,
        "max_distance": encoder.max_distance, "gru_rel_pos": True, "expand_attention_head_size": -1}
    torch_file.write(path, {"cfg": cfg, "model": {"mask_emb": mask(encoder)} | weights})


def pruned(path, encoder, weights):
    """Writes a model of DPHuBERT's authors, or a DPWavLM where there are buckets."""
    layers = len(encoder.heads)
    config = {
        "extractor_mode": "group_norm", "extractor_conv_layer_config": encoder.convolutions,
        "extractor_conv_bias": False, "encoder_embed_dim": encoder.width, "encoder_projection_dropout": 0.1,
        "encoder_pos_conv_kernel": encoder.position_taps, "encoder_pos_conv_groups": encoder.position_groups,
        "encoder_num_layers": layers, "encoder_use_attention": [count > 0 for count in encoder.heads],
        "encoder_use_feed_forward": [units > 0 for units in encoder.ffn],
        "encoder_ff_interm_features": encoder.ffn, "encoder_layer_norm_first": encoder.pre_norm,
        "normalize_waveform": encoder.normalizes, "aux_num_out": None,
        "extractor_prune_conv_channels": False, "encoder_prune_attention_heads": False,
        "encoder_prune_attention_layer": False, "encoder_prune_feed_forward_intermediate": False,
        "encoder_prune_feed_forward_layer": False,
    }
    if encoder.buckets:
        config |= {
            "encoder_total_num_heads": [encoder.all_heads] * layers, "encoder_remaining_heads": encoder.kept_heads,
            "encoder_num_buckets": encoder.buckets, "encoder_max_distance": encoder.max_distance}
    else:
        config |= {"encoder_num_heads": encoder.heads, "encoder_head_dim": encoder.head_size}
    names = renamed(weights, ONE_POSITION, HUGGING_FACE, TORCHAUDIO)
    leftovers = {f"{index}.weight": np.zeros((4, 4), np.float32) for index in range(2)}
    torch_file.write(path, {"state_dict": names, "config": config, "distill_linear_projs": leftovers})
